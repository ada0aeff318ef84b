"""A part of the product that answers looks: ``python -m tests.soak.part FOLDER WORDS…``, the words as ``diemcau`` takes
them."""

import sys
from pathlib import Path

from deploy.cli import app
from tests.soak.look import answer_looks

if __name__ == "__main__":
    folder = sys.argv.pop(1)
    answer_looks(Path(folder), sys.argv[1])
    app()
