print("metis-micro")
