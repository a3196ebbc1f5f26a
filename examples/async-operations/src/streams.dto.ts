import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator';

export class NumbersQuery {
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(10_000_000)
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 10_000_000, required: false, default: 10 })
  count: number = 10;
}

export class ItemsQuery {
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(10_000_000)
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 10_000_000, required: false, default: 5 })
  items: number = 5;
}

export class PromptQuery {
  @IsString()
  @MaxLength(1000)
  @ApiProperty({ maxLength: 1000, required: false, default: 'Hello' })
  prompt: string = 'Hello';
}
