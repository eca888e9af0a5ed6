import torch
from torch import nn

torch.manual_seed(1)

x_data = torch.FloatTensor([[0, 0], [0, 1], [1, 0], [1, 1]])
y_data = torch.FloatTensor([[0], [1], [1], [0]])

model = nn.Sequential(nn.Linear(2, 10), nn.ReLU(), nn.Linear(10, 1), nn.Sigmoid())
criterion = nn.BCELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

for epoch in range(20000):
    loss = criterion(model(x_data), y_data)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

with torch.no_grad():
    print(model(x_data).round().squeeze(), loss.item())
