import torch


def predict(x, W, b):
    return torch.matmul(x, W) + b


def train(x, y, W, b, lr=0.001, steps=1000):
    W = W.clone().requires_grad_(True)
    b = b.clone().requires_grad_(True)
    optimizer = torch.optim.Adam([W, b], lr=lr)
    costs = []
    for _ in range(steps):
        cost = torch.mean((predict(x, W, b) - y) ** 2)
        cost.backward()
        optimizer.step()
        costs.append(cost.item())
    return W, b, costs
