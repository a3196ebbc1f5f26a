import type { INestApplication, Type } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { problemModels } from './api-problems.decorator';

export interface DocumentOptions {
  readonly version: string;
  /** Classes of the results that processors give. */
  readonly results: readonly Type<object>[];
}

/** The OpenAPI 3.1 document of the routes of `app`. */
export function createDocument(app: INestApplication, { version, results }: DocumentOptions): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Filemill')
    .setDescription(
      'Hand in files, follow the jobs that process them, read the results. ' +
        'Errors are problem documents (RFC 9457); [their codes](/docs/errors).',
    )
    .setVersion(version)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addTag('uploads', 'Files come in')
    .addTag('jobs', 'Processing, followed')
    .addTag('files', 'Stored originals')
    .addTag('processors', 'What can be processed')
    .addTag('health', 'For probes')
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    extraModels: [...problemModels, ...results],
    operationIdFactory: (_, method) => method,
  });
  addResultSchema(document, results);
  return toOpenApi31(document);
}

/** Swagger UI at `/docs`, the document at `/docs-json`. */
export function serveDocument(app: INestApplication, document: () => OpenAPIObject): void {
  SwaggerModule.setup('docs', app, document, {
    jsonDocumentUrl: 'docs-json',
    yamlDocumentUrl: 'docs-yaml',
    customSiteTitle: 'Filemill API',
    swaggerOptions: { tryItOutEnabled: true, displayRequestDuration: true },
  });
}

/** `Result`: any of the results that the installed processors give. */
function addResultSchema({ components }: OpenAPIObject, results: readonly Type<object>[]): void {
  const anyOf = results.map(({ name }) => ({ $ref: `#/components/schemas/${name}` }));
  components!.schemas!['Result'] = {
    description: 'What a processor found; its shape is that of the processor.',
    anyOf,
  };
}

/** OpenAPI 3.1 says "or null" in `type`; the `nullable` of 3.0 means nothing there. */
function toOpenApi31<T>(node: T): T {
  if (Array.isArray(node)) return node.map((item: unknown) => toOpenApi31(item)) as T;
  if (typeof node !== 'object' || node === null) return node;
  const { nullable, ...rest } = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, toOpenApi31(value as unknown)]),
  );
  if (nullable === true && typeof rest['type'] === 'string') rest['type'] = [rest['type'], 'null'];
  return rest as T;
}
