#include "train/other_names.h"

#include <stdio.h>
#include <string.h>

// THE table, in alphabetical order. What has no key here has a note that says what to do instead.
const struct other_name other_names[] = {
    {"accelerator_config average_tokens_across_devices ddp_* deepspeed ds3_gather_for_generation fsdp* local_rank "
     "no_cuda parallelism_config ray_init.* ray_kwargs.* tp_size",
     NULL, "vkr1 is one process on one device: leave it out"},
    {"activation_checkpointing enable_gradient_checkpointing gradient_checkpointing use_gradient_checkpointing",
     "model.recompute", NULL},
    {"activation_checkpointing_kwargs gradient_checkpointing_kwargs", "model.recompute", "it has no further options"},
    {"activation_offloading", NULL,
     "with model.recompute activations are computed again instead of kept: leave it out"},
    {"actor_rollout_ref.actor.clip_ratio actor_rollout_ref.actor.clip_ratio_low", "rl.epsilon", NULL},
    {"actor_rollout_ref.actor.clip_ratio_c", "rl.delta", NULL},
    {"actor_rollout_ref.actor.clip_ratio_high", "rl.epsilon_high", NULL},
    {"actor_rollout_ref.actor.entropy_coeff", NULL, "there is no entropy term in the loss: leave it out"},
    {"actor_rollout_ref.actor.fsdp_config.* actor_rollout_ref.actor.strategy "
     "actor_rollout_ref.actor.ulysses_sequence_parallel_size trainer.balance_batch trainer.device "
     "trainer.n_gpus_per_node trainer.nnodes",
     NULL, "vkr1 is one process on one device: leave it out"},
    {"actor_rollout_ref.actor.grad_clip", "train.max_grad_norm", NULL},
    {"actor_rollout_ref.actor.kl_loss_coef actor_rollout_ref.actor.use_kl_loss", "rl.beta", "0: no KL term"},
    {"actor_rollout_ref.actor.kl_loss_type", NULL, "the KL term is low_var_kl, weighted by rl.beta: leave it out"},
    {"actor_rollout_ref.actor.loss_agg_mode", "rl.loss_type",
     "token-mean is dapo, seq-mean-token-mean grpo, seq-mean-token-sum-norm dr_grpo"},
    {"actor_rollout_ref.actor.optim.*", NULL,
     "the optimiser is AdamW; its options are train.adam_beta1, train.adam_beta2 and train.adam_epsilon"},
    {"actor_rollout_ref.actor.optim.lr", "train.learning_rate", NULL},
    {"actor_rollout_ref.actor.optim.lr_scheduler_type actor_rollout_ref.actor.optim.warmup_style",
     "train.lr_scheduler_type", NULL},
    {"actor_rollout_ref.actor.optim.lr_warmup_steps", "train.warmup_steps", NULL},
    {"actor_rollout_ref.actor.optim.lr_warmup_steps_ratio", "train.warmup_ratio", NULL},
    {"actor_rollout_ref.actor.optim.total_training_steps trainer.total_training_steps", "train.max_steps", NULL},
    {"actor_rollout_ref.actor.optim.weight_decay", "train.weight_decay", NULL},
    {"actor_rollout_ref.actor.ppo_epochs", "rl.num_iterations", NULL},
    {"actor_rollout_ref.actor.ppo_max_token_len_per_gpu actor_rollout_ref.actor.ppo_micro_batch_size "
     "actor_rollout_ref.actor.ppo_micro_batch_size_per_gpu data.micro_batch_size data.micro_batch_size_per_gpu",
     "train.micro_batch_tokens", "it counts tokens"},
    {"actor_rollout_ref.actor.ppo_mini_batch_size", "rl.steps_per_generation",
     "into so many steps a generation is split"},
    {"actor_rollout_ref.actor.use_dynamic_bsz actor_rollout_ref.hybrid_engine actor_rollout_ref.ref.*", NULL,
     "memory is bounded by train.micro_batch_tokens and train.logit_rows: leave it out"},
    {"actor_rollout_ref.model.* actor_rollout_ref.model.use_remove_padding", NULL,
     "model.path, model.dtype and model.recompute say it: leave it out"},
    {"actor_rollout_ref.model.enable_gradient_checkpointing", "model.recompute", NULL},
    {"actor_rollout_ref.model.path", "model.path", NULL},
    {"actor_rollout_ref.rollout.*", NULL, "vkr1 samples by itself, without a server: leave it out"},
    {"actor_rollout_ref.rollout.dtype", "model.dtype", "of sampling and training alike"},
    {"actor_rollout_ref.rollout.max_num_seqs", "rl.slots", NULL},
    {"actor_rollout_ref.rollout.n", "rl.num_generations", NULL},
    {"actor_rollout_ref.rollout.prompt_length data.max_prompt_length", "rl.max_prompt_length", NULL},
    {"actor_rollout_ref.rollout.response_length data.max_response_length", "rl.max_completion_length", NULL},
    {"actor_rollout_ref.rollout.stop", "rl.stop", NULL},
    {"actor_rollout_ref.rollout.temperature", "rl.temperature", NULL},
    {"actor_rollout_ref.rollout.top_k", "rl.top_k", "0, not -1, is off"},
    {"actor_rollout_ref.rollout.top_p", "rl.top_p", NULL},
    {"actor_rollout_ref.rollout.val_kwargs.do_sample", "eval.temperature", "0: greedy"},
    {"actor_rollout_ref.rollout.val_kwargs.n", "eval.samples", NULL},
    {"actor_rollout_ref.rollout.val_kwargs.temperature", "eval.temperature", NULL},
    {"actor_rollout_ref.rollout.val_kwargs.top_k", "eval.top_k", "0, not -1, is off"},
    {"actor_rollout_ref.rollout.val_kwargs.top_p", "eval.top_p", NULL},
    {"adv_estimator critic.*", NULL, "there is no critic: advantages are taken within the group; leave it out"},
    {"algorithm.* algorithm.filter_groups.*", NULL,
     "the algorithm is GRPO; rl.loss_type and rl.scale_rewards are its forms: leave it out"},
    {"algorithm.adv_estimator", NULL,
     "advantages are GRPO's, taken within the group (rl.scale_rewards says how they are scaled): leave it out"},
    {"algorithm.gamma algorithm.lam", NULL, "a completion has one reward, at its end: leave it out"},
    {"algorithm.kl_ctrl.* algorithm.kl_penalty", NULL,
     "rl.beta is the one weight of the KL term, all along: leave it out"},
    {"algorithm.kl_ctrl.kl_coef algorithm.use_kl_in_reward", "rl.beta",
     "the KL term is in the loss, not in the reward"},
    {"algorithm.norm_adv_by_std_in_grpo", "rl.scale_rewards", NULL},
    {"assistant_only_loss", NULL, "the loss is on the last message, the completion, alone: leave it out"},
    {"attn_implementation jit_mode_eval liger_kernel_config torch_compile* torchdynamo use_flash_attention_2 "
     "use_liger_kernel use_liger_loss",
     NULL, "kernels are compiled when vkr1 is built: leave it out"},
    {"auto_find_batch_size skip_memory_metrics torch_empty_cache_steps", NULL,
     "memory is planned before a run (vkr1 plan says how much): leave it out"},
    {"batch_eval_metrics eval_accumulation_steps eval_delay eval_do_concat_batches eval_use_gather_object "
     "include_for_metrics prediction_loss_only",
     NULL, "evaluation is set by eval.eval_steps, eval.problems and eval.samples: leave it out"},
    {"bf16", "model.dtype", "\"bfloat16\"; masters and arithmetic stay f32"},
    {"bf16_full_eval fp16_full_eval", "model.dtype", "of training and evaluation alike"},
    {"bnb_* load_in_16bit load_in_4bit load_in_8bit quantization_config use_bnb_nested_quant", "model.dtype",
     "training wants float32, bfloat16 or float16"},
    {"cache_implementation transformers_continuous_batching_config use_cache use_transformers_continuous_batching "
     "use_transformers_paged",
     NULL, "sampling has one key/value cache, and rl.slots completions decode side by side: leave it out"},
    {"cast_lm_head_to_fp32", NULL, "logits are always computed in f32: leave it out"},
    {"chat_template chat_template_path", "prompt.template", NULL},
    {"clip_eps clip_range clip_ratio clip_ratio_low cliprange", "rl.epsilon", NULL},
    {"clip_grad grad_clip gradient_clipping max_gradient_norm", "train.max_grad_norm", NULL},
    {"clip_ratio_c", "rl.delta", NULL},
    {"clip_ratio_high", "rl.epsilon_high", NULL},
    {"completion_only_loss train_on_responses_only", NULL, "the loss is always on the completion alone: leave it out"},
    {"custom_reward_function.* reward_funcs reward_functions reward_manager reward_model.*", "reward",
     "such as \"numeric:1,format:0.5\", or exec for a program of your own"},
    {"data.answer_key data.ground_truth_key", "data.answer", "the field with the gold answer"},
    {"data.custom_cls.* data.dataloader_num_workers data.image_key data.return_full_prompt data.return_raw_chat "
     "data.return_raw_input_ids data.reward_fn_key data.trust_remote_code data.video_key",
     NULL, "rewards see every field of a row: leave it out"},
    {"data.filter_overlong_prompts data.filter_overlong_prompts_workers", NULL,
     "prompts longer than rl.max_prompt_length are always passed over: leave it out"},
    {"data.gen_batch_size data.train_batch_size", "rl.prompts_per_step", NULL},
    {"data.max_length", "sft.max_length", NULL},
    {"data.messages_key", "data.prompt", "a field with messages is recognised"},
    {"data.prompt_key", "data.prompt", "the field with the question"},
    {"data.response_key", "data.completion", "the field with the completion"},
    {"data.tokenizer", "model.tokenizer", NULL},
    {"data.train_files", "data.path", "one file of rows"},
    {"data.truncation", NULL, "longer prompts are passed over, none is cut: leave it out"},
    {"data.val_batch_size", "rl.slots", "completions that decode side by side"},
    {"data.val_files", "data.held_out", "so many rows of data.path are held out"},
    {"data_seed", "data.seed", NULL},
    {"dataloader_* dataset_num_proc", NULL, "rows are read at once and need no workers: leave it out"},
    {"dataset_config dataset_test_split dataset_train_split", NULL,
     "data.path is one file; data.held_out keeps rows of it for evaluation"},
    {"dataset_kwargs dataset_text_field", "data.prompt", "with data.completion: the fields of a row"},
    {"dataset_name dataset_path train_file train_files", "data.path", "a file of rows on the disk"},
    {"debug disable_tqdm include_num_input_tokens_seen log_level log_level_replica log_on_each_node "
     "logging_nan_inf_filter",
     NULL, "metrics have num_tokens, and messages go to stderr: leave it out"},
    {"device_map use_cpu", "device", "\"cpu\", or a Vulkan device"},
    {"disable_dropout", NULL, "there is no dropout: leave it out"},
    {"do_eval eval_strategy evaluation_strategy", "eval.eval_steps", "0: never"},
    {"do_predict do_train ignore_data_skip overwrite_output_dir restore_callback_states_from_checkpoint "
     "resume_from_checkpoint",
     NULL, "vkr1 train CONFIG starts a run, --resume continues the one in output_dir: leave it out"},
    {"enable_jit_checkpoint", NULL, "Ctrl-C and SIGTERM always save: leave it out"},
    {"entropy_coef* entropy_target use_adaptive_entropy", NULL, "there is no entropy term in the loss: leave it out"},
    {"eos_token pad_token", NULL, "the tokenizer and the chat template say it: leave it out"},
    {"epochs num_epochs total_epochs", "train.num_train_epochs", NULL},
    {"eval_batch_size per_device_eval_batch_size per_gpu_eval_batch_size", "rl.slots",
     "completions that decode side by side"},
    {"eval_dataset test_files val_files validation_file", "data.held_out", "so many rows of data.path are held out"},
    {"eval_packing packing packing_strategy", NULL,
     "sequences are always packed and never see each other: leave it out"},
    {"fast_inference float8_kv_cache gpu_memory_utilization use_vllm vllm_*", NULL,
     "vkr1 samples by itself, without a server: leave it out"},
    {"finetuning_type lora lora_* max_lora_rank modules_to_save peft_config r target_modules use_dora use_peft "
     "use_rslora",
     NULL, "adapters (LoRA) are not there: all weights are trained; leave it out"},
    {"fp16", "model.dtype", "\"float16\"; masters and arithmetic stay f32"},
    {"full_determinism", NULL, "a run repeats to the bit on the same device and build: leave it out"},
    {"full_finetuning", NULL, "all weights are trained: leave it out"},
    {"generation_batch_size", "rl.prompts_per_step", "it counts prompts, each with rl.num_generations completions"},
    {"generation_kwargs", NULL,
     "rl.temperature, rl.top_k, rl.top_p and rl.min_p say how tokens are drawn: leave it out"},
    {"gradient_accumulation_steps", NULL,
     "micro-batches of train.micro_batch_tokens rows are accumulated until a step is whole: leave it out"},
    {"greater_is_better load_best_model_at_end metric_for_best_model", NULL,
     "the best checkpoint by held-out pass@1 is kept beside the newest: leave it out"},
    {"group_by_length length_column_name pad_to_multiple_of padding_free train_sampling_strategy", NULL,
     "completions are packed without padding: leave it out"},
    {"group_size n_samples_per_prompt num_return_sequences num_rollouts num_samples", "rl.num_generations", NULL},
    {"half_precision_backend tf32", NULL, "arithmetic is in f32: leave it out"},
    {"hub_* log_completions_hub_repo push_to_hub*", NULL,
     "nothing is uploaded: a checkpoint is a Hugging Face directory that hf upload takes; leave it out"},
    {"importance_sampling_level", NULL, "the ratio is taken per token: leave it out"},
    {"init_kl_coef kl_beta kl_coef kl_loss_coef", "rl.beta", NULL},
    {"label_names", NULL, "labels are made from the prompt and the completion: leave it out"},
    {"label_smoothing_factor neftune_noise_alpha", NULL, "there is none: leave it out"},
    {"log_multimodal", NULL, "models of text alone are trained: leave it out"},
    {"log_unique_prompts num_completions_to_print", "train.log_completions",
     "all of them are written to completions/, none printed"},
    {"logging_dir", NULL, "TensorBoard events go to tensorboard/ of the run directory: leave it out"},
    {"logging_first_step logging_strategy", "train.logging_steps", NULL},
    {"lr", "train.learning_rate", NULL},
    {"lr_scheduler scheduler", "train.lr_scheduler_type", NULL},
    {"lr_scheduler_kwargs", NULL, "the schedules have no further options: leave it out"},
    {"max_eval_samples", "eval.problems", NULL},
    {"max_input_length prompt_length", "rl.max_prompt_length", NULL},
    {"max_new_tokens max_response_length max_tokens response_length", "rl.max_completion_length", NULL},
    {"max_seq_length", "sft.max_length", "for train it is rl.max_prompt_length and rl.max_completion_length"},
    {"max_tool_calling_iterations", NULL, "completions call no tools: leave it out"},
    {"max_train_steps total_steps total_training_steps", "train.max_steps", NULL},
    {"micro_batch_size ppo_micro_batch_size ppo_micro_batch_size_per_gpu", "train.micro_batch_tokens",
     "it counts tokens"},
    {"mini_batch_size ppo_mini_batch_size", "rl.steps_per_generation", "into so many steps a generation is split"},
    {"mixed_precision torch_dtype", "model.dtype", NULL},
    {"model_id model_name model_name_or_path pretrained_model_name_or_path", "model.path", NULL},
    {"model_init_kwargs", NULL, "dtype in it is model.dtype, the rest has no meaning here: leave it out"},
    {"model_revision", NULL,
     "the name of a model means the main branch in the Hugging Face cache; give model.path the directory of another"},
    {"multi_objective_aggregation", NULL,
     "rewards are summed by their weights, then advantages are taken: leave it out"},
    {"num_generations_eval", "eval.samples", NULL},
    {"num_ppo_epochs ppo_epochs", "rl.num_iterations", NULL},
    {"off_policy_mask_threshold", NULL, "no sequence is left out for its ratio; rl.delta bounds it"},
    {"optim optim_args optim_target_modules optimizer", NULL,
     "the optimiser is AdamW with f32 states; its options are train.adam_beta1, train.adam_beta2, train.adam_epsilon "
     "and train.weight_decay"},
    {"per_device_train_batch_size per_gpu_train_batch_size train_batch_size", "rl.prompts_per_step",
     "a step has rl.prompts_per_step x rl.num_generations completions, cut into micro-batches by themselves; of sft "
     "sft.batch_size"},
    {"project report_to trackio_* use_wandb wandb* wandb_project", NULL,
     "metrics go to metrics.jsonl and tensorboard/ of the run directory: leave it out"},
    {"random_seed random_state", "seed", NULL},
    {"ref_model_mixup_alpha ref_model_sync_steps sync_ref_model", NULL,
     "the reference is the model before the first step, all along: leave it out"},
    {"remove_unused_columns", NULL, "rewards see every field of a row: leave it out"},
    {"repetition_penalty", NULL, "there is none; the reward repetition lowers what repeats (docs/rewards.md)"},
    {"reward_weights", "reward", "weights stand there: \"numeric:1,format:0.5\""},
    {"router_aux_loss_coef", NULL, "models with experts are not trained: leave it out"},
    {"run_name", "output_dir", "a run is known by its directory"},
    {"sapo_* vespo_*", NULL, "this loss is not there; rl.loss_type may be grpo, bnpo, dr_grpo or dapo"},
    {"save_freq save_strategy", "train.save_steps", NULL},
    {"save_on_each_node save_only_model save_safetensors", NULL,
     "a checkpoint is a Hugging Face directory of safetensors with the optimiser beside: leave it out"},
    {"shuffle_dataset", "data.shuffle", NULL},
    {"stop_sequences stop_strings stop_token_ids", "rl.stop", NULL},
    {"system_message system_prompt", "prompt.system", NULL},
    {"test_freq", "eval.eval_steps", NULL},
    {"test_size val_size validation_split", "data.held_out", NULL},
    {"tokenizer_name tokenizer_name_or_path", "model.tokenizer", NULL},
    {"top_entropy_quantile", NULL, "all tokens of a completion are learnt from: leave it out"},
    {"trainer.critic_warmup", NULL, "there is no critic: advantages are taken within the group; leave it out"},
    {"trainer.default_local_dir", "output_dir", NULL},
    {"trainer.experiment_name", "output_dir", "a run is known by its directory"},
    {"trainer.log_val_generations trainer.logger trainer.project_name", NULL,
     "metrics go to metrics.jsonl and tensorboard/ of the run directory: leave it out"},
    {"trainer.max_actor_ckpt_to_keep", "train.save_total_limit", NULL},
    {"trainer.resume_from_path trainer.resume_mode", NULL, "--resume continues the run in output_dir: leave it out"},
    {"trainer.save_freq", "train.save_steps", NULL},
    {"trainer.test_freq", "eval.eval_steps", NULL},
    {"trainer.total_epochs", "train.num_train_epochs", NULL},
    {"trainer.val_before_train", "eval.eval_on_start", NULL},
    {"truncation_mode", NULL, "rows longer than sft.max_length are passed over, none is cut: leave it out"},
    {"trust_remote_code", NULL, "no code of a model is run: leave it out"},
    {"unsloth_*", NULL, "memory is bounded by train.micro_batch_tokens and train.logit_rows: leave it out"},
    {"val_before_train", "eval.eval_on_start", NULL},
};
const int other_names_count = sizeof other_names / sizeof *other_names;

const struct other_name *other_names_find(const char *name)
{
    const struct other_name *found = NULL;
    size_t longest = 0, size = strlen(name);
    for (int i = 0; i < other_names_count; i++)
        for (const char *at = other_names[i].names; *at; at += strspn(at, " ")) {
            size_t n = strcspn(at, " ");
            bool begins = at[n - 1] == '*' && size >= n - 1 && memcmp(at, name, n - 1) == 0;
            if (n == size && memcmp(at, name, n) == 0)
                return &other_names[i];
            if (begins && n > longest) {
                longest = n;
                found = &other_names[i];
            }
            at += n;
        }
    return found;
}

const struct other_name *other_names_nearest(const char *name, char nearest[64], int *distance)
{
    const struct other_name *found = NULL;
    for (int i = 0; i < other_names_count; i++)
        for (const char *at = other_names[i].names; *at; at += strspn(at, " ")) {
            char one[64];
            int n = (int)strcspn(at, " ");
            snprintf(one, sizeof one, "%.*s", n, at);
            int d = str_distance(name, one);
            if (!found || d < *distance) {
                found = &other_names[i];
                *distance = d;
                memcpy(nearest, one, sizeof one);
            }
            at += n;
        }
    return found;
}

void other_names_advise(const struct other_name *o, struct str *out)
{
    if (o->key)
        str_printf(out, "it is \"%s\" here%s", o->key, o->note ? ": " : "");
    str_puts(out, o->note ? o->note : "");
}
