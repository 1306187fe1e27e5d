import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { loadConfig } from './config/load-config.js';

const config = loadConfig();
const app = await NestFactory.create(AppModule.forRoot(config));
app.enableShutdownHooks();
await app.listen(config.values.port, config.values.host);
