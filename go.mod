module podpass

go 1.26
