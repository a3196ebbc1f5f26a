import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsEmail, IsOptional, IsString, Length, Matches, MaxLength, MinLength } from 'class-validator';
import type { User } from './user';

/** Letters and digits of any script; no `@`, by which addresses are known. */
const USERNAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$/u;
const NO_CONTROLS = /^\P{Cc}*$/u;
const NO_CONTROLS_MESSAGE = '$property must not contain control characters';

/** Unicode's compatibility form, without space around it. */
function Neat(): PropertyDecorator {
  return Transform(({ value }) => (typeof value === 'string' ? value.normalize('NFKC').trim() : value));
}

@ApiSchema({ name: 'Register', description: 'A new account.' })
export class RegisterDto {
  /**
   * Letters, digits, dots, hyphens and underscores; unique whatever its case.
   * @example ada
   */
  @Neat()
  @IsString()
  @Length(2, 64)
  @Matches(USERNAME, {
    message: 'username must be letters, digits, dots, hyphens and underscores, the first a letter or digit',
  })
  username!: string;

  /**
   * Unique too.
   * @example ada@example.org
   */
  @Neat()
  @IsEmail()
  @MaxLength(254)
  @ApiProperty({ format: 'email' })
  email!: string;

  /** @example 'Ada Lovelace' */
  @IsOptional()
  @Neat()
  @IsString()
  @Length(1, 200)
  @Matches(NO_CONTROLS, { message: NO_CONTROLS_MESSAGE })
  full_name?: string;

  /** @example 'correct horse battery staple' */
  @IsString()
  @MinLength(8)
  @MaxLength(128)
  @ApiProperty({ format: 'password' })
  password!: string;
}

@ApiSchema({ name: 'UpdateUser', description: 'What is to change about an account.' })
export class UpdateUserDto {
  /**
   * Null for none.
   * @example 'Ada King'
   */
  @IsOptional()
  @Neat()
  @IsString()
  @Length(1, 200)
  @Matches(NO_CONTROLS, { message: NO_CONTROLS_MESSAGE })
  @ApiPropertyOptional({ type: 'string', nullable: true })
  full_name?: string | null;
}

@ApiSchema({ name: 'ChangePassword', description: 'Another password.' })
export class ChangePasswordDto {
  /** @example 'correct horse battery staple' */
  @IsString()
  @MaxLength(128)
  @ApiProperty({ format: 'password' })
  current_password!: string;

  /** @example 'wrong donkey capacitor clip' */
  @IsString()
  @MinLength(8)
  @MaxLength(128)
  @ApiProperty({ format: 'password' })
  new_password!: string;
}

@ApiSchema({ name: 'DeleteUser', description: 'Confirms the deletion of an account.' })
export class DeleteUserDto {
  /**
   * That of the account; users of an OIDC issuer have none here and leave it out.
   * @example 'correct horse battery staple'
   */
  @IsOptional()
  @IsString()
  @MaxLength(128)
  @ApiPropertyOptional({ format: 'password' })
  password?: string;
}

@ApiSchema({ name: 'User', description: 'Somebody with an account.' })
export class UserDto {
  /** @example 019a9c1e-7b3d-7c52-8a41-5d8f3c9b2e10 */
  @ApiProperty({ format: 'uuid' })
  user_id!: string;

  /** @example ada */
  @ApiProperty()
  username!: string;

  /** @example ada@example.org */
  @ApiProperty()
  email!: string | null;

  /** @example 'Ada Lovelace' */
  @ApiProperty()
  full_name!: string | null;

  /** @example 2026-11-22T09:30:00.000Z */
  @ApiProperty({ format: 'date-time' })
  created_at!: string;
}

@ApiSchema({ name: 'CurrentUser', description: 'The caller.' })
export class CurrentUserDto extends UserDto {
  /**
   * What these credentials make the caller.
   * @example user
   */
  @ApiProperty({ enum: ['user', 'admin'] })
  role!: string;
}

export function toUserDto(user: User): UserDto {
  return {
    user_id: user.userId,
    username: user.username,
    email: user.email,
    full_name: user.fullName,
    created_at: new Date(user.createdAt).toISOString(),
  };
}
