"""Executes a notebook on an export, as `python notebooks.py NOTEBOOK EXPORT`, and prints what its cells gave.

Throws what a cell throws. The notebook itself is not written.
"""

import json
import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient


def main() -> None:
    notebook, export = Path(sys.argv[1]), Path(sys.argv[2])
    os.environ["STOPLINE_EXPORT"] = str(export.resolve())
    scratch = export.parent
    for name in ("JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "MPLCONFIGDIR", "JUPYTER_CONFIG_DIR"):
        os.environ[name] = str(scratch / name.lower())
    book = nbformat.read(notebook, as_version=4)
    NotebookClient(book, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(scratch)}}).execute()
    outputs = [output for cell in book.cells for output in cell.get("outputs", [])]
    print(json.dumps({
        "text": "".join(output.get("text", "") for output in outputs if output.get("name") != "stderr"),
        "complaints": "".join(output.get("text", "") for output in outputs if output.get("name") == "stderr"),
        "images": sum("image/png" in output.get("data", {}) for output in outputs),
    }))


if __name__ == "__main__":
    main()
