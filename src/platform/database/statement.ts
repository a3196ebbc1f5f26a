import type { Compilable, CompiledQuery, QueryResult } from 'kysely';
import type { Queries } from './database';

/** Stands for a value that each run gives. */
class Placeholder {
  constructor(readonly name: string) {}
}

type Values = Readonly<Record<string, unknown>>;

/**
 * A query that runs again and again and differs in its values only. It is built and compiled once for each database and
 * each set of names that values are given for; that costs several times what SQLite then takes to run it.
 *
 * ```ts
 * const findJob = statement((queries, given: { jobId: string }) =>
 *   queries.selectFrom('jobs').selectAll().where('job_id', '=', given.jobId));
 *
 * const { rows } = await findJob(queries, { jobId });
 * ```
 *
 * @param build - may ask whether a value is given (not `undefined`), and pass it on to the query; nothing else, since what
 * it sees is no value yet
 */
export function statement<Given extends object, Row>(
  build: (queries: Queries, given: Given) => Compilable<Row>,
): (queries: Queries, given: Given) => Promise<QueryResult<Row>> {
  const compiled = new Map<string, CompiledQuery<Row>>();
  return (queries, given) => {
    const values = given as Values;
    const names = Object.keys(values).filter((name) => values[name] !== undefined);
    const shape = [queries.getExecutor().adapter.constructor.name, ...names].join();
    let query = compiled.get(shape);
    if (!query) {
      query = build(queries, placeholders(names) as Given).compile();
      compiled.set(shape, query);
    }
    const parameters = query.parameters.map((each) =>
      each instanceof Placeholder ? values[each.name] : each,
    );
    return queries.executeQuery({ ...query, parameters });
  };
}

function placeholders(names: readonly string[]): Values {
  return Object.fromEntries(names.map((name) => [name, new Placeholder(name)]));
}
