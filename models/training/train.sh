#!/usr/bin/env bash
# Trains base, adapter and critic and writes their GGUF files to models/training/build. Run again to resume.
# Options go to the recipe: --threads N, --config FILE, --build FOLDER, and the stages base, adapter, critic.
set -euo pipefail
cd "$(dirname "$0")"
if ! command -v deno >/dev/null; then
  echo "Training needs \"deno\" on the PATH, since the corpus generator is TypeScript: run ./bootstrap.sh first" >&2
  exit 2
fi
./setup.sh
# Nothing that is evaluated may be in the corpus.
(cd ../.. && deno test --quiet --no-prompt --allow-read models/corpus/near_duplicates_test.ts)
# Threads that sleep while they wait leave the other cores to others.
export OMP_WAIT_POLICY=PASSIVE GOMP_SPINCOUNT=0
exec .venv/bin/python -m nano_training "$@"
