import torch

x_data = [[1, 2, 1, 1], [2, 1, 3, 2], [3, 1, 3, 4], [4, 1, 5, 5], [1, 7, 5, 5], [1, 2, 5, 6], [1, 6, 6, 6], [1, 7, 7, 7]]
y_data = [[0, 0, 1], [0, 0, 1], [0, 0, 1], [0, 1, 0], [0, 1, 0], [0, 1, 0], [1, 0, 0], [1, 0, 0]]
X = torch.tensor(x_data, dtype=torch.float32)
Y = torch.tensor(y_data, dtype=torch.float32)

W = torch.randn(4, 3, requires_grad=True)
b = torch.randn(3, requires_grad=True)
optimizer = torch.optim.SGD([W, b], lr=0.1)

for step in range(2001):
    logits = X @ W + b
    hypothesis = torch.softmax(logits, dim=1)
    cost = -(Y * torch.log_softmax(logits, dim=1)).sum(dim=1).mean()
    optimizer.zero_grad()
    cost.backward()
    optimizer.step()
    if step % 200 == 0:
        print(step, cost.item())

with torch.no_grad():
    print(torch.softmax(torch.tensor([[1.0, 11.0, 7.0, 9.0]]) @ W + b, dim=1))
