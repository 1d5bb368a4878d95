/**
 * The house rules that a machine can see, as a plugin of `deno lint`.
 *
 * @module
 */

import { resolveFile, whyForbidden } from "./rooms.ts";

type Context = Deno.lint.RuleContext;
type Visitor = Deno.lint.LintVisitor;

/** The only file that reads the environment. */
const ENVIRONMENT = "harness/environment.ts";

/** Names that say nothing about what a file holds. */
const GRAB_BAGS = ["common", "constants", "helper", "helpers", "index", "misc", "types", "util"];

/** The path of the file under review from the root of the repository. */
function pathOf(context: Context): string {
  const root = decodeURIComponent(new URL("../", import.meta.url).pathname);
  const path = context.filename.replaceAll("\\", "/");
  return path.startsWith(root) ? path.slice(root.length) : path;
}

/** Calls `visit` with each module specifier that a file imports or exports from. */
function onSpecifiers(visit: (specifier: string, node: Deno.lint.Node) => void): Visitor {
  const check = (node: Deno.lint.Node | null | undefined): void => {
    if (node?.type === "Literal" && typeof node.value === "string") visit(node.value, node);
  };
  return {
    ImportDeclaration: (node) => check(node.source),
    ExportNamedDeclaration: (node) => check(node.source),
    ExportAllDeclaration: (node) => check(node.source),
    ImportExpression: (node) => check(node.source),
  };
}

const floors: Deno.lint.Rule = {
  create(context) {
    const from = pathOf(context);
    return onSpecifiers((specifier, node) => {
      const to = resolveFile(specifier, from);
      const message = to === undefined ? undefined : whyForbidden(from, to);
      if (message !== undefined) context.report({ node, message });
    });
  },
};

const privateFiles: Deno.lint.Rule = {
  create(context) {
    const from = pathOf(context);
    return onSpecifiers((specifier, node) => {
      const to = resolveFile(specifier, from);
      if (to === undefined || !to.slice(to.lastIndexOf("/") + 1).startsWith("_")) return;
      const folder = to.slice(0, to.lastIndexOf("/") + 1);
      if (from.slice(0, from.lastIndexOf("/") + 1) === folder) return;
      context.report({ node, message: `'${to}' is private to '${folder}': import its mod.ts` });
    });
  },
};

const pinnedImports: Deno.lint.Rule = {
  create(context) {
    return onSpecifiers((specifier, node) => {
      if (!/^(npm|jsr|https?):/.test(specifier)) return;
      const message =
        `Import '${specifier}' by the name that the imports of deno.json pin it under`;
      context.report({ node, message });
    });
  },
};

const noChildProcess: Deno.lint.Rule = {
  create(context) {
    return onSpecifiers((specifier, node) => {
      if (specifier !== "node:child_process" && specifier !== "child_process") return;
      // It adds --allow-all when the command is Deno itself and no permission flag is given.
      context.report({ node, message: "Use Deno.Command: node:child_process widens permissions" });
    });
  },
};

const fileNames: Deno.lint.Rule = {
  create(context) {
    return {
      Program(node) {
        const file = context.filename.slice(context.filename.lastIndexOf("/") + 1);
        const name = file.replace(/^_/, "").replace(/\..*$/, "").replace(/_test$/, "");
        if (!GRAB_BAGS.includes(name) && name !== "utils") return;
        const message = `'${file}' says nothing about what it holds: name the one thing in it`;
        context.report({ node, message });
      },
    };
  },
};

const environment: Deno.lint.Rule = {
  create(context) {
    const path = pathOf(context);
    if (path === ENVIRONMENT || path.endsWith("_test.ts")) return {};
    const message = `Read the environment in ${ENVIRONMENT} only, and pass what it says`;
    return {
      'MemberExpression[object.name="Deno"][property.name="env"]'(node) {
        context.report({ node, message });
      },
      'MemberExpression[object.name="process"][property.name="env"]'(node) {
        context.report({ node, message });
      },
      'VariableDeclarator[init.name=/^(Deno|process)$/] > ObjectPattern > Property[key.name="env"]'(
        node,
      ) {
        context.report({ node, message });
      },
      'ImportDeclaration[source.value="node:process"] ImportSpecifier[imported.name="env"]'(node) {
        context.report({ node, message });
      },
    };
  },
};

/** The text of a string or template, or its last part. */
function endOf(node: Deno.lint.Node | undefined): unknown {
  if (node?.type === "Literal") return node.value;
  return node?.type === "TemplateLiteral" ? node.quasis.at(-1)?.cooked : undefined;
}

function isError(callee: Deno.lint.Node): boolean {
  if (callee.type === "Identifier") return /(Error|Exception)$/.test(callee.name);
  return callee.type === "MemberExpression" && callee.object.type === "MemberExpression" &&
    callee.object.property.type === "Identifier" && callee.object.property.name === "errors";
}

const errorMessages: Deno.lint.Rule = {
  create(context) {
    return {
      NewExpression(node) {
        const text = endOf(node.arguments[0]);
        if (typeof text !== "string" || !/(^|[^.])\.$/.test(text) || !isError(node.callee)) return;
        context.report({ node, message: "An error message does not end with a period" });
      },
    };
  },
};

const plugin: Deno.lint.Plugin = {
  name: "house",
  rules: {
    "floors": floors,
    "private-files": privateFiles,
    "pinned-imports": pinnedImports,
    "no-child-process": noChildProcess,
    "file-names": fileNames,
    "environment": environment,
    "error-messages": errorMessages,
  },
};

export default plugin;
