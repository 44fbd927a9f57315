import { z } from "zod";
import { type Operation, operations } from "../api/index.ts";

/** The contract as OpenAPI 3.1, from the same table the routes come from. */
export function describeApi(): unknown {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, operation] of Object.entries(operations) as [string, Operation][]) {
    const path = operation.path.replace(/:(\w+)/g, "{$1}");
    paths[path] = {
      ...paths[path],
      [operation.method.toLowerCase()]: describeOperation(name, operation),
    };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Holdfast",
      version: "1",
      description: "Packet evidence: import, find, read, verify.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    paths,
    components: {
      securitySchemes: {
        session: { type: "apiKey", in: "cookie", name: "holdfast_session" },
        token: { type: "http", scheme: "bearer", bearerFormat: "hf_ and 48 digits" },
      },
    },
    security: [{ session: [] }, { token: [] }],
  };
}

const MEDIA = { json: "application/json", ndjson: "application/x-ndjson" } as const;

function describeOperation(name: string, operation: Operation): unknown {
  const input = z.toJSONSchema(operation.input, { io: "input", unrepresentable: "any" }) as {
    properties?: Record<string, unknown>;
    required?: string[];
  };
  const inBody = operation.method === "POST" && !operation.takesBody;
  const inPath = [...operation.path.matchAll(/:(\w+)/g)].map(([, parameter]) => parameter);
  const parameters = Object.entries(input.properties ?? {})
    .filter(([parameter]) => !inBody || inPath.includes(parameter))
    .map(([parameter, schema]) => ({
      name: parameter,
      in: inPath.includes(parameter) ? "path" : "query",
      required: inPath.includes(parameter) || (input.required?.includes(parameter) ?? false),
      schema,
    }));
  const output = z.toJSONSchema(operation.output, { io: "output", unrepresentable: "any" });
  const content =
    operation.answer === "bytes"
      ? { [operation.mediaType!]: { schema: { type: "string", format: "binary" } } }
      : { [MEDIA[operation.answer]]: { schema: output } };
  const headers =
    operation.answer === "bytes"
      ? { headers: { "Holdfast-Facts": { description: "JSON, base64url", schema: output } } }
      : {};
  return {
    operationId: name,
    summary: operation.summary,
    "x-needs": operation.needs,
    ...(operation.needsWith && { "x-needs-with": operation.needsWith }),
    ...(parameters.length > 0 && { parameters }),
    ...(inBody && { requestBody: { content: { "application/json": { schema: input } } } }),
    ...(operation.takesBody && {
      requestBody: {
        content: { "application/octet-stream": { schema: { type: "string", format: "binary" } } },
      },
    }),
    responses: {
      200: { description: operation.summary, content, ...headers },
      default: {
        description: "What is wrong and what to do.",
        content: {
          "application/json": {
            schema: {
              type: "object",
              required: ["code", "message"],
              properties: {
                code: { type: "string" },
                message: { type: "string" },
                remedy: { type: ["string", "null"] },
                column: { type: "number" },
                length: { type: "number" },
                retry_after_s: { type: "number" },
              },
            },
          },
        },
      },
    },
  };
}
