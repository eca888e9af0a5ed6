"""Run one job in a bubblewrap box, as the user this script was started as: a pickled job in, a pickled run out."""

import pickle
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from worker.engines import rootfs
from worker.engines.bubblewrap import Bubblewrap

if __name__ == "__main__":
    rootfs.FRAMEWORKS["bare"] = ("numpy",)
    inside, job = pickle.load(sys.stdin.buffer)
    with Bubblewrap(inside).box("bare", job.limits) as box:
        run = box.run(job)
    sys.stdout.buffer.write(pickle.dumps(run))
