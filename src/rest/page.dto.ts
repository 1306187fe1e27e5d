import { IsInt, IsOptional, Max, Min } from 'class-validator';

/** The page part of a query: `?page=1&page_size=20`. */
export class PageQuery {
  /** Page number, from 1. */
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  @IsOptional()
  page: number = 1;

  /** Records on a page, 1 to 100. */
  @IsInt()
  @Min(1)
  @Max(100)
  @IsOptional()
  page_size: number = 20;
}
