/**
 * The part of dockerode that is used here, typed: the package ships no types.
 */

import Dockerode from "dockerode";

/** A published port in a container's description. */
export interface PortBinding {
  HostIp: string;
  HostPort: string;
}

/** `GET /containers/{id}/json`. */
export interface ContainerDescription {
  Id: string;
  Name: string;
  Config: { Image: string; Labels: Record<string, string> };
  State: {
    Status: string;
    Running: boolean;
    ExitCode: number;
    OOMKilled: boolean;
    Error: string;
    StartedAt: string;
  };
  NetworkSettings: { Ports: Record<string, PortBinding[] | null> };
}

/** One of `GET /containers/json`. */
export interface ContainerSummary {
  Id: string;
  Names: string[];
  Image: string;
  State: string;
  Labels: Record<string, string>;
  Ports: { IP?: string; PublicPort?: number; PrivatePort: number }[];
}

/** A readable stream of Node's, which Deno iterates. */
export interface ByteStream extends AsyncIterable<Uint8Array> {
  destroy(): void;
}

/** A container by name or id. */
export interface Container {
  inspect(): Promise<ContainerDescription>;
  start(): Promise<unknown>;
  stop(options: { t: number }): Promise<unknown>;
  remove(options: { force: boolean }): Promise<unknown>;
  logs(options: Record<string, unknown>): Promise<Uint8Array | ByteStream>;
  exec(options: Record<string, unknown>): Promise<{
    start(options: Record<string, unknown>): Promise<ByteStream>;
    inspect(): Promise<{ Running: boolean; ExitCode: number | null }>;
  }>;
}

/** The client. */
export interface Client {
  ping(): Promise<unknown>;
  version(options: { abortSignal: AbortSignal }): Promise<{ Version: string; ApiVersion: string }>;
  getImage(name: string): { inspect(): Promise<{ Id: string }> };
  createImage(options: { fromImage: string; tag: string }): Promise<ByteStream>;
  getContainer(name: string): Container;
  createContainer(spec: Record<string, unknown>): Promise<Container>;
  listContainers(options: Record<string, unknown>): Promise<ContainerSummary[]>;
  getVolume(name: string): {
    inspect(): Promise<{ Name: string; Labels: Record<string, string> | null }>;
    remove(): Promise<unknown>;
  };
  createVolume(options: Record<string, unknown>): Promise<unknown>;
  getNetwork(name: string): { inspect(): Promise<{ Id: string }>; remove(): Promise<unknown> };
  createNetwork(options: Record<string, unknown>): Promise<unknown>;
}

/** Where the client connects to. An undefined member must be given: it hides the environment. */
export interface ClientOptions {
  host: string | undefined;
  port: number | undefined;
  socketPath: string | undefined;
  protocol: "http" | "https";
}

/** A client for the engine at an address. */
export function createClient(options: ClientOptions): Client {
  const Constructor = Dockerode as unknown as new (options: ClientOptions) => Client;
  return new Constructor(options);
}

/** The HTTP status of an error of the engine; nothing when it did not answer. */
export function statusOf(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === "number" ? status : undefined;
}

/** What the engine said, without the client's words around it. */
export function reasonOf(error: unknown): string {
  const { json, message } = error as { json?: { message?: unknown }; message?: unknown };
  if (typeof json?.message === "string") return json.message.trim();
  return String(message ?? error).replace(/^\(HTTP code \d+\) [^-]*- /, "").trim();
}
