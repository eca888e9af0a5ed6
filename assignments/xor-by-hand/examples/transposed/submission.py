import torch

X_TO_HIDDEN = torch.tensor([[5.0, -7.0], [5.0, -7.0]]), torch.tensor([-8.0, 3.0])
HIDDEN_TO_OUTPUT = torch.tensor([[-11.0], [-11.0]]), torch.tensor([6.0])


def forward(x, W1, b1, W2, b2):
    hidden = torch.sigmoid(x @ W1.T + b1)
    output = torch.sigmoid(hidden @ W2 + b2)
    return hidden, output


def xor(x):
    return forward(x, *X_TO_HIDDEN, *HIDDEN_TO_OUTPUT)[1]
