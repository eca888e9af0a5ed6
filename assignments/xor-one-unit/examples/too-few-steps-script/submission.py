import torch

torch.manual_seed(777)
X = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=torch.float32)
Y = torch.tensor([[0], [1], [1], [0]], dtype=torch.float32)

W = torch.randn(2, 1, requires_grad=True)
b = torch.randn(1, requires_grad=True)

optimizer = torch.optim.SGD([W, b], lr=0.1)

for step in range(2000):
    hypothesis = torch.sigmoid(X @ W + b)
    cost = -torch.mean(Y * torch.log(hypothesis) + (1 - Y) * torch.log(1 - hypothesis))
    optimizer.zero_grad()
    cost.backward()
    optimizer.step()
    if step % 2000 == 0:
        print(step, cost.item())

predicted = (hypothesis > 0.5).float()
accuracy = (predicted == Y).float().mean()
print("Hypothesis:", hypothesis.detach().numpy(), "Correct:", predicted.numpy(), "Accuracy:", accuracy.item())
