"""Run as a script in a child process: open an Annoy file and ask it, so that a bad file kills the child only.

Arguments: path, dimension, number of items. Exits 0 if the answers make sense.
"""

import sys

from annoy import AnnoyIndex


def main(path: str, d: int, n: int) -> int:
    index = AnnoyIndex(d, "angular")
    index.load(path)
    if index.get_n_items() != n:
        return 1
    for item in {0, n // 2, n - 1}:
        found = index.get_nns_by_item(item, 10, 1000)
        if not found or not all(0 <= other < n for other in found):
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
