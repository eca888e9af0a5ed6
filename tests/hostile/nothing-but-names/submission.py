# defines what is asked for as texts
# status: any
predict = train = "a function"
