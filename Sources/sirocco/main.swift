print("sirocco")
