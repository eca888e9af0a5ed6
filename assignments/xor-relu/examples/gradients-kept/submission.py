import torch


def init(seed):
    g = torch.Generator().manual_seed(seed)
    return [torch.randn(*shape, generator=g) for shape in ((2, 10), (10,), (10, 1), (1,))]


def predict(x, weights):
    W1, b1, W2, b2 = weights
    a = torch.relu(x @ W1 + b1)
    return torch.sigmoid(a @ W2 + b2)


def cost(h, y):
    return -(y * torch.log(h) + (1 - y) * torch.log(1 - h)).mean()


def gradients(x, y, weights):
    weights = [w.detach().clone().requires_grad_() for w in weights]
    return torch.autograd.grad(cost(predict(x, weights), y), weights)


def train(x, y, weights, lr=0.1, steps=20001):
    weights = [w.detach().clone().requires_grad_() for w in weights]
    optimizer = torch.optim.SGD(weights, lr=lr)
    costs = []
    for _ in range(steps):
        c = cost(predict(x, weights), y)
        c.backward()
        optimizer.step()
        costs.append(c.item())
    return weights, costs
