import { describe, expect, it } from '@jest/globals';
import { objectOf } from '../../common/json-text/json-members.js';
import type { ServerTask, TaskForm } from '../../tools/source/server-task.js';
import { taskAnswer, taskResult } from './relayed-task.js';

const answered = (json: string, form: TaskForm) => ({
  ...{ value: JSON.parse(json) as Record<string, unknown>, json, serverId: 's', isModern: form === 'flat' },
});
const task = (form: TaskForm) => ({ id: 'ours', form }) as ServerTask;
const got = (json: string, form: TaskForm = 'flat') => {
  const { texts, end } = taskAnswer('tasks/get', answered(json, form), task(form), 'bars');
  return { text: objectOf(texts), end };
};
const RESULT = '{"content":[{"type":"text","text":"x"}],"n":1.0}';

describe('what a server says of a task', () => {
  it('goes on as it was written, under the id that the caller knows', () => {
    const { text, end } = got('{"resultType":"complete","taskId":"theirs","status":"working","ttlMs":6e4,"x":9007199254740993}');
    expect([text, end]).toEqual(['{"taskId":"ours","status":"working","ttlMs":6e4,"x":9007199254740993}', undefined]);
  });

  it('has a result where it has ended with one', () => {
    const { text, end } = got(`{"taskId":"theirs","status":"completed","result":${RESULT}}`);
    expect(text).toBe(`{"taskId":"ours","status":"completed","result":${RESULT}}`);
    expect(end).toMatchObject({ result: { usage: { recordCount: 1, tableName: 'bars' } } });
  });

  it.each(['working', 'input_required', 'Completed', 'done', 'cancelled', 'failed', ''])(
    'has none in the state "%s", whatever the server says',
    (status) => expect(got(`{"taskId":"theirs","status":"${status}","result":${RESULT}}`).text).not.toContain('result'),
  );

  it('has none in the nested form, whose results are asked for apart', () => {
    expect(got(`{"taskId":"theirs","status":"completed","result":${RESULT}}`, 'nested')).toEqual({
      text: '{"taskId":"ours","status":"completed"}',
      end: undefined,
    });
  });

  it.each<[TaskForm, string, string]>([
    [
      'flat',
      `{"resultType":"task","taskId":"theirs","status":"working","result":${RESULT}}`,
      '{"taskId":"ours","status":"working","resultType":"task"}',
    ],
    [
      'nested',
      `{"task":{"taskId":"theirs","status":"working","result":${RESULT}},"structuredContent":7}`,
      '{"task":{"taskId":"ours","status":"working"}}',
    ],
  ])('has none when it is made, in the %s form', (form, json, shown) => {
    expect(objectOf(taskResult(answered(json, form), task(form), '').texts!)).toBe(shown);
  });
});
