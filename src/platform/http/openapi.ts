import type { INestApplication, Type } from '@nestjs/common';
import { DocumentBuilder, getSchemaPath, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { problemModels } from './api-problems.decorator';
import { PUBLIC_EXTENSION } from './public.decorator';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

export interface DocumentOptions {
  readonly version: string;
  /** What processors give, by the name that `processor` has in it. */
  readonly results: Readonly<Record<string, Type<object>>>;
  /** What processors can be asked for. */
  readonly options: readonly Type<object>[];
}

/** The OpenAPI 3.1 document of the routes of `app`. */
export function createDocument(
  app: INestApplication,
  { version, results, options }: DocumentOptions,
): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Filemill')
    .setDescription(
      'Hand in files, follow the jobs that process them, read the results.\n\n' +
        'Every error is a problem document (RFC 9457); [the list of codes](/docs/errors) says what each means. ' +
        'Besides those listed with an operation, any request can be answered with `malformed_request`, ' +
        '`route_not_found` or `method_not_allowed`.',
    )
    .setVersion(version)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addBearerAuth(
      { type: 'http', description: 'What `POST /auth/login` gives, or a token of the OIDC issuer' },
      'bearer',
    )
    .addApiKey(
      { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'What `POST /api-keys` gives' },
      'apiKey',
    )
    .addTag('uploads', 'Hand files in')
    .addTag('jobs', 'Follow and steer the processing of files')
    .addTag('files', 'List and download stored originals')
    .addTag('processors', 'What this installation can process')
    .addTag('insight', 'See what was done')
    .addTag('accounts', 'Register, log in, and make keys for machines')
    .addTag('reports', 'Figures of jobs, compiled in the background and mailed')
    .addTag('webhooks', 'Have the ends of jobs posted to a URL')
    .addTag('admin', 'For those who run the service')
    .addTag('health', 'Probes for supervisors and load balancers')
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    extraModels: [...problemModels, ...Object.values(results), ...options],
    operationIdFactory: (_, method) => method,
  });
  const schemas = document.components!.schemas!;
  schemas['Result'] = resultSchema(results, schemas);
  schemas['Problem'] = { ...schemas['Problem'], additionalProperties: true };
  for (const path of Object.values(document.paths)) Object.values(path).forEach(secure);
  return document;
}

/** Says which credentials an operation takes, and that it may take none. */
function secure(operation: OpenAPIObject['paths'][string]['get'] & Record<string, unknown>): void {
  const isPublic = PUBLIC_EXTENSION in operation;
  delete operation[PUBLIC_EXTENSION];
  operation.security = isPublic ? [] : [{}, { bearer: [] }, { apiKey: [] }];
}

/** Swagger UI at `/docs`, the document at `/docs-json`. */
export function serveDocument(app: INestApplication, document: () => OpenAPIObject): void {
  SwaggerModule.setup('docs', app, document, {
    jsonDocumentUrl: 'docs-json',
    yamlDocumentUrl: 'docs-yaml',
    customSiteTitle: 'Filemill API',
    swaggerOptions: { tryItOutEnabled: true, displayRequestDuration: true, persistAuthorization: true },
  });
}

/** `Result`: one of the results that the installed processors give, told apart by `processor`. */
function resultSchema(results: DocumentOptions['results'], schemas: Schemas) {
  const references = Object.entries(results).map(([name, result]) => [name, getSchemaPath(result)] as const);
  const example = Object.values(results).at(-1);
  return {
    description: 'What a processor found; its shape is that of the processor.',
    oneOf: references.map(([, $ref]) => ({ $ref })),
    discriminator: { propertyName: 'processor', mapping: Object.fromEntries(references) },
    example: example && exampleOf(schemas[example.name]),
  };
}

/** The examples of the properties as one object: Swagger UI puts none together behind `oneOf`. */
function exampleOf(schema: Schemas[string]): object {
  const properties = 'properties' in schema ? Object.entries(schema.properties ?? {}) : [];
  return Object.fromEntries(
    properties.map(([name, property]) => [name, 'example' in property ? property.example : null]),
  );
}
