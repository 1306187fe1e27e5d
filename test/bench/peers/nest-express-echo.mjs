// The same echo as a Nest controller on Express, the framework's usual stack.
import 'reflect-metadata';
import { Body, Controller, HttpCode, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

class EchoController {
  echo({ id, params }) {
    return { jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: JSON.stringify(params) }] } };
  }
}
Controller()(EchoController);
Post('messages')(EchoController.prototype, 'echo', Object.getOwnPropertyDescriptor(EchoController.prototype, 'echo'));
HttpCode(200)(EchoController.prototype, 'echo', Object.getOwnPropertyDescriptor(EchoController.prototype, 'echo'));
Body()(EchoController.prototype, 'echo', 0);

class EchoModule {}
Module({ controllers: [EchoController] })(EchoModule);

const app = await NestFactory.create(EchoModule, { logger: false });
await app.listen(Number(process.env.PORT), '127.0.0.1');
console.log('ready');
