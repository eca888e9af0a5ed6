import torch


def predict(x, W, b):
    return W * x + b


def train(x, y, W, b, lr=0.01, steps=2000):
    W = W.clone().requires_grad_(True)
    b = b.clone().requires_grad_(True)
    optimizer = torch.optim.SGD([W, b], lr=lr)
    costs = []
    for _ in range(steps + 1):
        cost = torch.mean(torch.square(predict(x, W, b) - y))
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
        costs.append(cost.item())
    return W, b, costs
