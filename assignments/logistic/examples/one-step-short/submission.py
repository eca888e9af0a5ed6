import torch


def predict(x, W, b):
    return torch.sigmoid(x @ W + b)


def classify(h):
    return (h > 0.5).float()


def train(x, y, W, b, lr=0.01, steps=10001):
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    optimizer = torch.optim.SGD([W, b], lr=lr)
    costs = []
    for _ in range(1, steps):
        h = predict(x, W, b)
        cost = torch.mean(-y * torch.log(h) - (1 - y) * torch.log(1 - h))
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
        costs.append(cost.item())
    return W, b, costs
