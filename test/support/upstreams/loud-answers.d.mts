export interface Asked {
  method: string;
  id?: number | string;
}
export function answerOf(asked: Asked): object;
