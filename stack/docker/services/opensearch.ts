import type { DockerService } from "../service.ts";

/** OpenSearch 2.17: runbooks, logs and mail, searchable. */
export const OPENSEARCH: DockerService = {
  name: "opensearch",
  image: "opensearchproject/opensearch:2.17.1",
  environment: {
    "discovery.type": "single-node",
    OPENSEARCH_JAVA_OPTS: "-Xms512m -Xmx512m",
    // Without it the service has TLS with a demonstration certificate; it listens on 127.0.0.1 only.
    DISABLE_SECURITY_PLUGIN: "true",
    DISABLE_INSTALL_DEMO_CONFIG: "true",
  },
  ports: [{ container: 9200, host: 9200 }],
  volumes: [{ name: "opensearch", path: "/usr/share/opensearch/data" }],
  memory: 1280,
  health: {
    kind: "http",
    port: 9200,
    path: "/_cluster/health",
    body: '"status": *"(green|yellow)"',
  },
  deadline: 240,
  access: { url: "http://127.0.0.1:9200" },
};
