/**
 * What a service of the Docker stack is: plain data that the engine's driver reads. Text may hold
 * `{{secret:<service>}}`, the password that was made for a service; nothing else is replaced.
 *
 * @module
 */

/** A port of the container that is bound on 127.0.0.1. */
export interface ServicePort {
  /** The port inside the container. */
  readonly container: number;
  /** The port on 127.0.0.1; 0 lets the engine choose a free one. */
  readonly host: number;
}

/** A named volume and where it is mounted. */
export interface ServiceVolume {
  /** The volume's name, without the project's prefix. */
  readonly name: string;
  /** The folder inside the container. */
  readonly path: string;
}

/** Healthy when a GET answers with 200 and, if given, a body that matches. */
export interface HttpHealth {
  /** Discriminates the union. */
  readonly kind: "http";
  /** The port inside the container; the request goes to where it is bound. */
  readonly port: number;
  /** Path of the request. */
  readonly path: string;
  /** Source of a regular expression that the body must match. */
  readonly body?: string;
}

/** Healthy when a command in the container exits with 0. */
export interface ExecHealth {
  /** Discriminates the union. */
  readonly kind: "exec";
  /** Program and arguments. */
  readonly command: readonly string[];
}

/** A one-shot service: done when its container exits with 0. */
export interface ExitHealth {
  /** Discriminates the union. */
  readonly kind: "exit";
}

/** How a service shows that it is ready. */
export type Health = HttpHealth | ExecHealth | ExitHealth;

/** A command that a healthy service needs once; running it again must do no harm. */
export interface ServiceSetup {
  /** Program and arguments. */
  readonly command: readonly string[];
  /** User in the container; its default unless given. */
  readonly user?: string;
  /** Environment of the command. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Source of a regular expression: output that says the setup was done before. */
  readonly done?: string;
}

/** Where a program reaches a service, and as whom. */
export interface ServiceAccess {
  /** Address on 127.0.0.1. */
  readonly url: string;
  /** Administrator's name, where the service has one. */
  readonly username?: string;
  /** Administrator's password. */
  readonly password?: string;
}

/** One service of the stack. */
export interface DockerService {
  /** Name of the service; also its host name on the stack's network. */
  readonly name: string;
  /** Image with its tag. */
  readonly image: string;
  /** Replaces the image's entry point. */
  readonly entrypoint?: readonly string[];
  /** Arguments of the entry point. */
  readonly command?: readonly string[];
  /** Environment of the container. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Ports bound on 127.0.0.1. */
  readonly ports: readonly ServicePort[];
  /** Named volumes. */
  readonly volumes: readonly ServiceVolume[];
  /** Memory limit in MiB, swap included. */
  readonly memory: number;
  /** How it shows that it is ready. */
  readonly health: Health;
  /** Time from start to healthy in seconds. */
  readonly deadline: number;
  /** Services that must be healthy first. */
  readonly after?: readonly string[];
  /** What it needs once when it is healthy. */
  readonly setup?: ServiceSetup;
  /** Where it is reached. */
  readonly access?: ServiceAccess;
}

/**
 * `text` with every `{{secret:<service>}}` replaced.
 *
 * @example
 * ```ts ignore
 * expandSecrets("http://argus:{{secret:minio}}@minio:9000", { minio: "…" });
 * ```
 *
 * @param text The text to fill in
 * @param secrets The passwords by service
 * @throws {ReferenceError} If a password is named that does not exist
 */
export function expandSecrets(text: string, secrets: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{\{secret:([^}]*)\}\}/g, (_, name: string) => {
    const secret = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
    if (secret === undefined) throw new ReferenceError(`No password was made for "${name}"`);
    return secret;
  });
}

/** The services whose passwords a service's data names. */
export function secretNames(service: DockerService): string[] {
  const text = JSON.stringify(service);
  return [...text.matchAll(/\{\{secret:([^}]*)\}\}/g)].map(([, name = ""]) => name);
}
