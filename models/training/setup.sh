#!/usr/bin/env bash
# Makes the recipe's own Python environment in models/training/.venv; nobody who only runs Argus needs it.
set -euo pipefail
cd "$(dirname "$0")"
if [ -x .venv/bin/python ] && .venv/bin/python -c 'import torch, tokenizers, jinja2, regex, numpy' 2>/dev/null; then
  exit 0
fi
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
  echo "Training needs Python 3.10 or newer as \"python3\": install it and run this again" >&2
  exit 2
fi
python3 -m venv .venv
.venv/bin/python -m pip install --quiet --requirement requirements.txt
