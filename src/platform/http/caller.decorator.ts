import { createParamDecorator } from '@nestjs/common';

/** Whom files and jobs belong to. */
export type Owner = string;

/** The caller without credentials: an owner like any other. */
export const ANONYMOUS: Owner = 'anonymous';

/** The owner on whose behalf a request comes. */
export const Caller = createParamDecorator((): Owner => ANONYMOUS);
