print("metis")
