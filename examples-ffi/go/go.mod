module filestack.example/quickstart

go 1.19
