import type { ParameterSchema } from "../../probes/mod.ts";

/** Whether a value fits a tool's parameter schema; members that it does not name do not fit. */
export function fitsSchema(value: unknown, schema: ParameterSchema): boolean {
  switch (schema.type) {
    case "string":
      return typeof value === "string" &&
        (schema.enum === undefined || schema.enum.includes(value));
    case "integer":
      return Number.isSafeInteger(value);
    case "boolean":
      return typeof value === "boolean";
    case "array": {
      const { items } = schema;
      return Array.isArray(value) &&
        (items === undefined || value.every((item) => fitsSchema(item, items)));
    }
    case "object": {
      if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
      const properties = schema.properties ?? {};
      return (schema.required ?? []).every((name) => Object.hasOwn(value, name)) &&
        Object.entries(value).every(([name, item]) => {
          const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
          return property !== undefined && fitsSchema(item, property);
        });
    }
  }
}
