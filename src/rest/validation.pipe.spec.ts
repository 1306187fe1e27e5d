import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { Type } from 'class-transformer';
import { IsBoolean, IsInt, IsOptional, IsString, Length, Max, Min, ValidateNested } from 'class-validator';
import request from 'supertest';
import { testConfig } from '../../test/support/gateway/test-config.js';
import { configureRest } from './configure-rest.js';
import { PageQuery } from './page.dto.js';

class Part {
  @IsInt()
  count!: number;

  @IsInt()
  @IsOptional()
  weight: number = 1;
}

class Thing {
  @IsString()
  name!: string;

  @Type(() => Part)
  @ValidateNested({ each: true })
  parts!: Part[];

  @IsBoolean()
  @IsOptional()
  is_blue: boolean = true;
}

/** Rules in both orders: what is said first does not depend on it. */
class ThingsQuery extends PageQuery {
  @IsBoolean()
  @IsOptional()
  is_blue?: boolean;

  @IsOptional()
  @IsString()
  @Length(2, 3)
  name?: string;

  @Max(9)
  @Min(1)
  @IsInt()
  @IsOptional()
  days: number = 7;
}

@Controller('things')
class ThingsController {
  @Post()
  create(@Body() thing: Thing) {
    return thing;
  }

  @Get()
  list(@Query() page: ThingsQuery) {
    return page;
  }

  @Get('by-id/:id')
  get(@Param('id') id: string) {
    return { id };
  }
}

describe('validation', () => {
  let app: NestExpressApplication;
  beforeAll(async () => {
    const module = await Test.createTestingModule({ controllers: [ThingsController] }).compile();
    app = module.createNestApplication<NestExpressApplication>({ bodyParser: false, logger: false });
    configureRest(app, testConfig({}));
    await app.init();
  });
  afterAll(() => app.close());

  const http = () => request(app.getHttpServer());
  const post = (body: string) => http().post('/things').set('Content-Type', 'application/json').send(body);

  it('lists every problem with its place, as source 003 does', async () => {
    const { body } = await post(JSON.stringify({ extra: 1, parts: [{ count: 1 }, { count: 'two' }] })).expect(422);
    expect(body).toMatchObject({ error_code: 'VALIDATION_ERROR' });
    expect((body as { detail: object[] }).detail).toEqual(
      expect.arrayContaining([
        { loc: ['body', 'name'], msg: 'field required', type: 'value_error.missing' },
        { loc: ['body', 'extra'], msg: 'unknown field', type: 'value_error.extra' },
        { loc: ['body', 'parts', 1, 'count'], msg: expect.stringContaining('integer'), type: 'value_error.is_int' },
      ]),
    );
  });

  it('says which field is probably meant by one there is not', async () => {
    const { body } = await post(
      JSON.stringify({ nmae: 'x', name: 'x', blue: true, parts: [{ count: 1, wieght: 2 }], colour: 'red' }),
    );
    expect((body as { detail: { msg: string }[] }).detail.map(({ msg }) => msg).sort()).toEqual([
      'unknown field',
      'unknown field; did you mean is_blue?',
      'unknown field; did you mean name?',
      'unknown field; did you mean weight?',
    ]);
  });

  it.each([
    ['days=', { days: 7 }],
    ['page=&page_size=&days=3', { page: 1, page_size: 20, days: 3 }],
    ['name=', {}],
    ...['true', 'True', 'TRUE', '1', 'yes', 'on', 'On'].map((word) => [`is_blue=${word}`, { is_blue: true }] as const),
    ...['false', 'False', 'FALSE', '0', 'no', 'off'].map((word) => [`is_blue=${word}`, { is_blue: false }] as const),
    ['is_blue=&is_blue', { days: 7 }],
  ])('reads a query as people write it: %s', async (query, read) => {
    const { status, body } = await http().get(`/things?${query}`);
    expect([status, body]).toEqual([200, expect.objectContaining(read)]);
  });

  it.each([
    ['days=abc', 'days must be an integer', 'value_error.is_int'],
    ['days=1.5', 'days must be an integer', 'value_error.is_int'],
    ['page=abc', 'page must be an integer', 'value_error.is_int'],
    ['page=0', 'page must not be less than 1', 'value_error.min'],
    ['days=99', 'days must not be greater than 9', 'value_error.max'],
    ['is_blue=blue', 'is_blue must be true or false', 'value_error.is_boolean'],
    ['name=a&name=b', 'name must be a string', 'value_error.is_string'],
    ['name=a', 'name must be longer than or equal to 2 characters', 'value_error.is_length'],
  ])('says what is wrong: %s', async (query, msg, type) => {
    const { body } = await http().get(`/things?${query}`).expect(422);
    expect((body as { detail: object[] }).detail).toEqual([{ loc: ['query', query.split('=')[0]], msg, type }]);
  });

  it('takes null for nothing, however deep its class stands', async () => {
    const { body } = await post('{"name":"x","parts":[{"count":2,"weight":null}],"is_blue":null}').expect(201);
    expect(body).toEqual({ name: 'x', parts: [{ count: 2, weight: 1 }], is_blue: true });
    const refused = await post('{"name":null,"parts":[{"count":null}],"else":null}').expect(422);
    expect((refused.body as { detail: object[] }).detail).toEqual([
      { loc: ['body', 'else'], msg: 'unknown field', type: 'value_error.extra' },
      { loc: ['body', 'name'], msg: 'field required', type: 'value_error.missing' },
      { loc: ['body', 'parts', 0, 'count'], msg: 'field required', type: 'value_error.missing' },
    ]);
    for (const text of ['null', '{"name":"x","parts":[null]}']) await post(text).expect(422);
  });

  it('reads true and false in a body also where Python has written them as text, and nothing else', async () => {
    for (const word of ['false', 'False', 'FALSE'])
      expect((await post(`{"name":"x","parts":[],"is_blue":"${word}"}`).expect(201)).body).toMatchObject({ is_blue: false });
    for (const value of ['"0"', '0', '"off"', '""']) await post(`{"name":"x","parts":[],"is_blue":${value}}`).expect(422);
  });

  it.each(['page=0', 'page_size=101', 'page=x', 'page_size=1e9', 'page=1&page=2'])(
    'says "query" for a query: %s',
    async (query) => {
      const { body } = await http().get(`/things?${query}`).expect(422);
      expect((body as { detail: { loc: string[] }[] }).detail[0]!.loc[0]).toBe('query');
    },
  );

  it('takes a missing body for an empty one', async () => {
    const { body } = await http().post('/things').expect(422);
    expect(JSON.stringify(body)).toContain('["body","name"]');
  });

  it.each(['[]', '[{"name":"x","parts":[]}]'])('refuses a list where an object belongs: %s', async (text) => {
    const { body } = await post(text).expect(422);
    expect((body as { detail: object[] }).detail).toEqual([
      { loc: ['body'], msg: 'must be an object', type: 'value_error.is_object' },
    ]);
  });

  it('refuses null characters wherever they are', async () => {
    await post('{"name":"a\\u0000b","parts":[]}').expect(422);
    await http().get('/things/by-id/a%00b').expect(422);
    await http().get('/things?page=1%00').expect(422);
  });

  it('refuses halves of characters, which no database stores', async () => {
    const { body } = await post('{"name":"\\ud800 x","parts":[]}').expect(422);
    expect((body as { detail: object[] }).detail).toMatchObject([{ loc: ['body'], msg: 'must be Unicode text' }]);
    await post('{"name":"\\ud83d\\ude00","parts":[]}').expect(201);
  });

  it('survives nesting without end', async () => {
    const { body } = await post(`{"parts":${'['.repeat(100_000)}${']'.repeat(100_000)}}`).expect(400);
    expect(body).toMatchObject({ detail: 'The body is nested deeper than 64 levels', error_code: 'BAD_REQUEST' });
  });

  it('lists no more problems than anybody reads', async () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, field) => [`field${field}`, field]));
    const { body } = await post(JSON.stringify(many)).expect(422);
    expect((body as { detail: object[] }).detail).toHaveLength(50);
  });

  it('does not take a polluted prototype', async () => {
    const { body } = await post('{"name":"x","parts":[],"__proto__":{"admin":true}}');
    expect(JSON.stringify(body)).not.toContain('admin":true');
  });
});
