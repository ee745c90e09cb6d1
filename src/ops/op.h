#pragma once
typedef int op_placeholder;
