// Parameters of a matmul node (see matmul.c).
#pragma once

enum matmul_form { MATMUL_NT, MATMUL_NN, MATMUL_TN };

struct matmul_params {
    enum matmul_form form;
};
