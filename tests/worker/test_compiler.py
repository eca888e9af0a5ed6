"""torch's compiler is put off in the box: training does not import it, and whoever wants it gets it."""

import subprocess
import sys
from pathlib import Path

import pytest

INSIDE = Path(__file__).parents[2] / "worker"
BEGIN = """
import sys
import torch
from inside import compiler
compiler.put_off()
"""
TRAINING = """
def trained(kind):
    torch.manual_seed(3)
    net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Sigmoid(), torch.nn.Dropout(), torch.nn.Linear(3, 1))
    optimizer = kind(net.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2)
    for x, y in torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.rand(8, 2), torch.ones(8, 1)), batch_size=4):
        def closure():
            optimizer.zero_grad()
            cost = torch.nn.functional.binary_cross_entropy_with_logits(net(x), y)
            cost.backward()
            return cost
        optimizer.step(closure)
    scheduler.step()
    optimizer.load_state_dict(optimizer.state_dict())
    return [p.tolist() for p in net.parameters()]

kinds = [getattr(torch.optim, k) for k in ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "LBFGS")]
found = [trained(k) for k in kinds], torch.func.grad(lambda v: (v * v).sum())(torch.ones(3)).tolist()
"""


def said(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=INSIDE, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_training_imports_no_compiler_and_comes_out_the_same():
    ask = TRAINING + "print('sympy' in sys.modules, found)"
    without, found = said(BEGIN + ask).split(" ", 1)
    with_it, wanted = said("import sys, torch, torch._dynamo\n" + ask).split(" ", 1)
    assert (without, with_it) == ("False", "True")
    assert found == wanted


@pytest.mark.parametrize("use", [
    "print(torch.compile(lambda x: 2 * x, backend='eager')(torch.ones(1)).item())",
    "import torch._dynamo.config as c; print(2.0 if c is torch._dynamo.config else 0)",
    "torch._dynamo.reset(); import torch._dynamo; torch._dynamo.config.verbose; print(2.0)",
    "import torch._dynamo; torch._dynamo.graph_break(); print(torch._dynamo.disable(lambda: 2.0)())",
    "print(torch._dynamo.disable(recursive=False)(lambda: 2.0)())",
    "print(2.0 if callable(torch._dynamo.compiled_autograd._enable) else 0)",
])
def test_whoever_asks_for_the_compiler_gets_it(use):
    assert said(BEGIN + use) == "2.0\n"


def test_a_compiler_that_is_there_already_stays():
    assert said("import torch._dynamo as real\n" + BEGIN + "print(sys.modules['torch._dynamo'] is real)") == "True\n"
