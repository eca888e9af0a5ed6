import torch

torch.manual_seed(777)
X = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=torch.float32)
Y = torch.tensor([[0], [1], [1], [0]], dtype=torch.float32)

W1 = torch.randn(2, 10, requires_grad=True)
b1 = torch.randn(10, requires_grad=True)
W2 = torch.randn(10, 1, requires_grad=True)
b2 = torch.randn(1, requires_grad=True)

optimizer = torch.optim.SGD([W1, b1, W2, b2], lr=0.1)

for step in range(2001):
    layer1 = torch.relu(X @ W1 + b1)
    hypothesis = torch.sigmoid(layer1 @ W2 + b2)
    cost = -torch.mean(Y * torch.log(hypothesis) + (1 - Y) * torch.log(1 - hypothesis))
    optimizer.zero_grad()
    cost.backward()
    optimizer.step()
    if step % 2000 == 0:
        print(step, cost.item())

predicted = (hypothesis > 0.5).float()
accuracy = (predicted == Y).float().mean()
print("Hypothesis:", hypothesis.detach().numpy(), "Correct:", predicted.numpy(), "Accuracy:", accuracy.item())
