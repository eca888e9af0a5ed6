import torch


def predict(x, W, b):
    return torch.matmul(x, W) + b


def accuracy(h, y):
    predicted = (h > 0.5).float()
    return (predicted == y).float().mean()


def train(x, y, W, b, lr=0.01, steps=100001):
    W = W.clone().requires_grad_()
    b = b.clone().requires_grad_()
    optimizer = torch.optim.SGD([W, b], lr=lr)
    costs = []
    for step in range(steps):
        hypothesis = torch.sigmoid(predict(x, W, b))
        cost = -torch.mean(y * torch.log(hypothesis) + (1 - y) * torch.log(1 - hypothesis))
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
        costs.append(cost.item())
    return W.detach(), b.detach(), costs
