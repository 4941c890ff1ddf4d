"""What moved a prediction: Shapley values, importance, dependence, counterfactuals, patients alike."""
