import torch

FUNCTIONS = {"sigmoid": torch.sigmoid, "relu": torch.relu}


def predict(x, weights, activation):
    W1, b1, W2, b2, W3, b3, W4, b4 = weights
    f = FUNCTIONS[activation]
    a1 = f(x @ W1 + b1)
    a2 = f(a1 @ W2 + b2)
    a3 = f(a2 @ W3 + b3)
    return torch.sigmoid(a3 @ W4 + b4)


def gradients(x, y, weights, activation):
    weights = [w.clone().requires_grad_() for w in weights]
    h = predict(x, weights, activation)
    cost = -torch.mean(y * torch.log(h) + (1 - y) * torch.log(1 - h))
    cost.backward()
    return [w.grad for w in weights]


def ratio(x, y, weights, activation):
    slopes = gradients(x, y, weights, activation)
    return slopes[0].abs().mean() / slopes[6].abs().mean()
