import torch

x_train = torch.FloatTensor([[1, 1], [2, 2], [3, 3]])
y_train = torch.FloatTensor([[10], [20], [30]])

W = torch.randn(2, 1, requires_grad=True)
b = torch.randn(1, requires_grad=True)
optimizer = torch.optim.SGD([W, b], lr=0.01)

for step in range(2001):
    hypothesis = x_train.matmul(W) + b
    cost = torch.mean((hypothesis - y_train) ** 2)
    optimizer.zero_grad()
    cost.backward()
    optimizer.step()
    print(step, cost.item(), W.squeeze().tolist(), b.item())

print(torch.tensor([[4.0, 4.0]]).matmul(W) + b)
