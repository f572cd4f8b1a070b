// The shapes of OpenAI's answers, for the OpenAPI document. What the tests send back is checked against them.

import ChatTemplates

enum ChatSchemas {
    static let usage: JSONValue = [
        "type": "object",
        "properties": [
            "prompt_tokens": ["type": "integer"], "completion_tokens": ["type": "integer"],
            "total_tokens": ["type": "integer"],
            "prompt_tokens_details": [
                "type": "object", "properties": ["cached_tokens": ["type": "integer"]],
            ],
        ],
        "required": ["prompt_tokens", "completion_tokens", "total_tokens"],
    ]

    static let completion: JSONValue = envelope(
        "chat.completion",
        choice: [
            "type": "object",
            "properties": [
                "index": ["type": "integer"],
                "message": [
                    "type": "object",
                    "properties": [
                        "role": ["const": "assistant"], "content": ["type": ["string", "null"]],
                        "tool_calls": ["type": "array", "items": ["type": "object"]],
                    ],
                    "required": ["role", "content"],
                ],
                "logprobs": ["type": ["object", "null"]],
                "finish_reason": ["enum": ["stop", "length", "tool_calls", "model_length"]],
            ],
            "required": ["index", "message", "finish_reason"],
        ])

    static let text: JSONValue = envelope(
        "text_completion",
        choice: [
            "type": "object",
            "properties": [
                "index": ["type": "integer"], "text": ["type": "string"],
                "logprobs": ["type": ["object", "null"]],
                "finish_reason": ["enum": ["stop", "length"]],
            ],
            "required": ["index", "text", "finish_reason"],
        ])

    static let model: JSONValue = [
        "type": "object",
        "properties": [
            "id": ["type": "string"], "object": ["const": "model"], "created": ["type": "integer"],
            "owned_by": ["type": "string"],
        ],
        "required": ["id", "object", "created", "owned_by"],
    ]

    static func envelope(_ object: String, choice: JSONValue) -> JSONValue {
        [
            "type": "object",
            "properties": [
                "id": ["type": "string"], "object": ["const": .string(object)],
                "created": ["type": "integer"],
                "model": ["type": "string"], "choices": ["type": "array", "items": choice], "usage": usage,
                "sirocco": ["type": "object"],
            ],
            "required": ["id", "object", "created", "model", "choices", "usage"],
        ]
    }
}
