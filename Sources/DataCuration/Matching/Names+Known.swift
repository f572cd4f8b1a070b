// The names themselves: vendors, products, and products that are also ordinary words. Spellings that differ in case or
// accents are one; those that differ in spaces or hyphens are one too.

// To add a name: one word or line below, in the class whose comment fits.
extension Name {
    static let known: [Name] =
        names(.vendor, vendors) + names(.product, products) + names(.ambiguous, ambiguous)

    private static func names(_ name: NameClass, _ texts: String) -> [Name] {
        texts.split(whereSeparator: { $0 == "," || $0 == "\n" }).map { text in
            let trimmed = String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            return Name(text: trimmed, classes: [name])
        }
    }

    /// Companies and laboratories that make models.
    private static let vendors = """
        openai, open ai, anthropic, google, google deepmind, deepmind, google ai, google research, alphabet
        microsoft, microsoft ai, meta, meta ai, facebook, facebook ai, mistral ai, mistral, mistralai, cohere, cohere ai
        xai, x ai, x.ai, deepseek, deepseek ai, alibaba, alibaba cloud, alibaba group, baidu, tencent, bytedance, zhipu
        zhipu ai, zhipuai, moonshot ai, moonshot, 01.ai, 01 ai, minimax, baichuan, sensetime, iflytek, huawei, xiaomi
        technology innovation institute, tii, databricks, mosaicml, lmsys, lm-sys, laion, hugging face, huggingface
        eleutherai, stability ai, stabilityai, inflection ai, inflection, perplexity ai, amazon, aws, amazon web services
        apple intelligence, samsung, nvidia, ibm, salesforce, snowflake, ai21, ai21 labs, aleph alpha, yandex, sber
        sberbank, sberdevices, naver, naver cloud, kakao, kakao brain, upstage, lg ai research, sk telecom
        rinna, ntt, preferred networks, softbank, rakuten, cyberagent, maritaca ai, maritaca, speakleash
        character.ai, character ai, replika, luka inc, allen institute for ai, allen institute, ai2, nous research
        together ai, together computer, bigscience, big science, you.com, writer inc, reka, reka ai, g42
        inception ai, inception, core42, sakana ai, silo ai, lighton, kyutai, lelapa ai, sarvam ai, krutrim
        liquid ai, arcee ai, adept, adept ai, snapchat, jasper ai
        阿里, 阿里巴巴, 阿里云, 通义实验室, 百度, 腾讯, 字节跳动, 智谱, 智谱AI, 智谱清言, 月之暗面, 深度求索, 科大讯飞, 讯飞
        华为, 商汤, 商汤科技, 零一万物, 百川智能, 谷歌, 微软, 苹果公司, 元宇宙平台
        グーグル, マイクロソフト, オープンエーアイ, オープンAI, アンソロピック, ソフトバンク, 楽天, メタ社, 百度社
        オープンエイアイ, 株式会社rinna, 日本電信電話
        오픈에이아이, 오픈AI, 구글, 마이크로소프트, 앤트로픽, 앤스로픽, 네이버, 네이버클라우드, 카카오, 카카오브레인, 메타, 업스테이지, 삼성
        삼성전자, SK텔레콤, LG AI연구원, 엔씨소프트
        яндекс, яндекса, яндексе, яндексом, сбер, сбера, сбером, сбербанк, сбербанка, сбербанком, опенэйай, гугл, гугла
        гуглом, майкрософт, антропик, опен эй ай, оупен эй ай, компании google, вк
        أوبن إيه آي, أوبن ايه آي, أوبن أيه آي, أوبن آي, أوبن إي آي, اوبن اي اي, جوجل, غوغل, مايكروسوفت, أنثروبيك, ميتا, فيسبوك
        معهد الابتكار التكنولوجي, بايدو, علي بابا, انثروبيك, أنثروبك, أمازون
        """

    /// Models and assistants that nothing else is called.
    private static let products = """
        chatgpt, chat gpt, gpt 2, gpt 3, gpt 3.5, gpt 3.5 turbo, gpt 4, gpt 4 turbo, gpt 4o, gpt 4o mini
        gpt 4.1, gpt 4.5, gpt 5, gpt2, gpt3, gpt3.5, gpt4, gpt4o, gpt5, instructgpt, o1 mini, o1 preview, davinci, text davinci
        text davinci 003, openai assistant, openai api, openai codex
        claude 2, claude 2.1, claude 3, claude 3.5, claude 3 opus, claude 3.5 sonnet, claude 3 sonnet, claude 3 haiku
        claude sonnet, claude opus, claude haiku, claude instant, claude 4, claude ai
        google bard, bard ai, google gemini, gemini pro, gemini ultra, gemini flash, gemini nano, gemini 1.5, gemini 1.5 pro
        gemini 2.0, gemini 2.5, gemini ai, lamda, palm 2, palm2, google assistant, google duet, meena
        bing chat, bing ai, microsoft copilot, github copilot, bing copilot, copilot ai, new bing, microsoft bing, xiaoice
        llama 2, llama 3, llama 3.1, llama 3.2, llama 3.3, llama 4, llama2, llama3, code llama, meta llama, blenderbot, galactica
        mixtral, mistral 7b, mistral large, mistral small, le chat, lechat, codestral, mistral nemo, pixtral, ministral
        command r, command r plus, coral by cohere, grok 1, grok 2, grok 3, grok 4, deepseek chat, deepseek coder
        deepseek r1, deepseek v2, deepseek v3, qwen, qwen 2, qwen 2.5, qwen2, qwen2.5, qwen 3, qwen3, qwq, tongyi
        tongyi qianwen, ernie bot, ernie 3.0, ernie 4.0, wenxin, wenxin yiyan, hunyuan, doubao, chatglm, glm 4, glm-4, glm 130b
        kimi chat, kimi ai, kimi k2, minimax abab, internlm, baichuan 2, yi 34b, yi large, spark desk, sparkdesk, pangu
        falcon 7b, falcon 40b, falcon 180b, falcon llm, falcon 2, stablelm, stable beluga, vicuna, dolly 2.0, openassistant
        open assistant, open-assistant, oasst, koala 13b, guanaco, wizardlm, wizard lm, wizardcoder, openhermes, nous hermes
        zephyr 7b, openchat, starling 7b, starling lm, openorca, gpt j, gpt neo, gpt neox, gpt 4all, gpt4all, gptj, stablevicuna
        bloomz, mpt 7b, mpt 30b, redpajama, dbrx, jurassic 2, amazon titan, titan text, amazon nova, amazon q, alexa+
        nemotron, phi 2, phi 3, phi 3.5, phi 4, gemma 2, gemma 3, gemma 7b, gemma 2b, olmo, tulu, smollm, smollm2, granite 3
        watsonx, perplexity ai, youchat, pi ai, inflection 2, character ai, my ai, poe assistant, luminous base, luminous supreme
        yandexgpt, yagpt, gigachat, giga chat, ruGPT, rugpt, hyperclova, hyperclova x, clova x, kogpt, ko gpt, exaone
        solar pro, a.dot, kanana, eeve, rinna gpt, plamo, tsuzumi, llm-jp, elyza, sabia 3, sabia-2, bielik, bielika, plllum, pllum
        qra, geitje, fietje, jais 30b, jais chat, allam, noor llm, acegpt, cerbero, minerva 7b, italia 9b, velvet ai, lucie 7b
        croissantllm, vigogne, teuken, leolm, leo lm, latxa, salamandra, nanbeige, abab, skywork, tigerbot
        文心一言, 文心大模型, 文心, 通义千问, 千问, 通义, 讯飞星火, 星火大模型, 星火认知, 豆包, 混元, 腾讯混元, 盘古, 智谱清言, 清言, 天工, 百川大模型
        文小言, チャットGPT, チャットジーピーティー, 챗GPT, 챗지피티, 챗 GPT, 하이퍼클로바, 클로바, 클로바X, 바드, 제미나이, 코파일럿
        코GPT, 뤼튼, 이루다, 엑사원, 에이닷, ジェミニ, コパイロット, りんな
        чатгпт, чат гпт, чат-гпт, чатджипити, гигачат, гигачата, гигачатом, яндексгпт, шат джипити, чатгпт
        تشات جي بي تي, شات جي بي تي, شات جيبيتي, جيميناي, جيمني, كوبايلوت
        """

    /// Models that are also words, people, beasts or places.
    private static let ambiguous = """
        claude, bard, gemini, llama, copilot, bing, sydney, grok, palm, perplexity, pi, titan, nova, alexa, siri, cortana, bixby
        falcon, dolly, alpaca, vicuna, koala, orca, bloom, phi, gemma, ernie, kimi, yi, mistral, coral, jais, luminous
        tay, jasper, poe, replika, watson, einstein, nemo, titan, starling, zephyr, hermes, spark, hermes 2, mpt, opus, sonnet
        haiku, sabiá, maritalk, alice, алиса, алисой, алисе, алису, маруся, салют, ジェミニ, クロード, 클로드, 라마, كلود, 克劳德, جيس, جيمي, codex
        notion ai, turbo, noor, velvet, minerva, leo, solar, 星火, 天工, 盘古, 小度, 小爱, 小爱同学, delphi, eliza, ada
        """
}
