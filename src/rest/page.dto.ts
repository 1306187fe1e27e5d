import { applyDecorators } from '@nestjs/common';
import { IsInt, IsOptional, Max, Min } from 'class-validator';

/** The number of a page, from 1. */
export const PageNumber = () => applyDecorators(IsInt(), Min(1), Max(1_000_000), IsOptional());

/** How much of a list is asked for at once. */
export class PageSizeQuery {
  /** Records on a page, 1 to 100. */
  @IsInt()
  @Min(1)
  @Max(100)
  @IsOptional()
  page_size: number = 20;
}

/** The page part of a query: `?page=1&page_size=20`. */
export class PageQuery extends PageSizeQuery {
  /** Page number, from 1. */
  @PageNumber()
  page: number = 1;
}
