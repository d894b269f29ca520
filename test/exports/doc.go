// Package exports proves what podpass export writes by the libraries of those
// who read it: Terraform's parser and kustomize. It is a module of its own, so
// that the product knows neither.
package exports
